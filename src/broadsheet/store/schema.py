"""How did the database come to look as it does? Order is history: append, never edit.

A body is the noun as JSON, or plain text; `sha256` is that of the body. `at` and `text_at` are
whole seconds since 1970; `text_at` is null where no text is kept. `found` holds no content of its
own: a row of it is found by its number, which is that of the article. A story's body is without its
reports: they are in `member`, so that one that joins a story of very many is one row to write. The
function `sha256` is ours (sqlite.py).
"""

from __future__ import annotations

MIGRATIONS = (
    """
    create table answer (id text primary key, body blob not null, sha256 blob not null);
    create table item
      (id text primary key, text_at integer, body blob not null, sha256 blob not null);
    create index item_text on item (text_at) where text_at is not null;
    create table waiting (id text primary key) without rowid;
    create table entry (id text primary key, body text not null, sha256 blob not null);
    create index entry_report on entry (body);
    create table article
      (number integer primary key, id text not null unique, at integer not null, text_at integer,
       body blob not null, sha256 blob not null);
    create index article_at on article (at, id);
    create index article_text on article (text_at) where text_at is not null;
    create virtual table found using fts5
      (words, content = '', contentless_delete = 1, detail = none,
       tokenize = 'unicode61 remove_diacritics 0');
    create table story
      (id text primary key, at integer not null, saved integer not null,
       body blob not null, sha256 blob not null);
    create index story_at on story (at, id);
    create index story_saved on story (saved);
    create table told (report text, story text, primary key (report, story)) without rowid;
    create index told_story on told (story);
    create table outcome (subject text not null, step text not null, body blob not null,
      sha256 blob not null, primary key (subject, step)) without rowid;
    create table fact (id text primary key, body text not null, sha256 blob not null);
    """,
    """
    create table member
      (story text, place integer, report text not null, body blob not null, sha256 blob not null,
       primary key (story, place)) without rowid;
    create index member_report on member (report, story);
    insert into member
      select story.id, each.key, each.value ->> 'id', cast(each.value as blob), sha256(each.value)
      from story, json_each(cast(story.body as text), '$.reports') each;
    update story set body = cast(json_set(cast(body as text), '$.reports', json('[]')) as blob);
    update story set sha256 = sha256(body);
    drop table told;
    """,
)
