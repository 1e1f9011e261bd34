-- Imports with choices: what was asked for, what became of every row, and the way back.
-- Names in double braces are as in the first script.

-- The choices; null for an upload of the original API, which has none.
alter table imports add column options {{json}};
alter table imports add column header {{json}};
alter table imports add column idempotency_key text;
alter table imports add column leads_updated bigint not null default 0;
alter table imports add column leads_skipped bigint not null default 0;
-- Millionths of the file that have been read, when reading began, and when its last chunk was kept.
alter table imports add column progress_ppm bigint not null default 0;
alter table imports add column started_at bigint;
alter table imports add column progressed_at bigint;
-- The way back: when it was asked for, the last row that it has come to, what went and what stays.
alter table imports add column undo_asked_at bigint;
alter table imports add column undo_row bigint not null default 0;
alter table imports add column leads_removed bigint not null default 0;
alter table imports add column leads_kept bigint not null default 0;
create unique index imports_once on imports (tenant_id, idempotency_key) where idempotency_key is not null;

-- Every row that became no lead, as it was.
create table import_failures (
    import_id {{uuid}} not null references imports (id) on delete cascade,
    row_number bigint not null,
    cells {{json}} not null,
    reason text not null,
    primary key (import_id, row_number)
){{without_rowid}};

-- The mapping that a tenant last used for files with these headers.
create table import_mappings (
    tenant_id {{uuid}} not null references tenants (id) on delete cascade,
    fingerprint text not null,
    mapping {{json}} not null,
    updated_at bigint not null,
    primary key (tenant_id, fingerprint)
);

-- Duplicates: the oldest lead of an address, or of a website and a name.
create index leads_by_email on campaign_leads (tenant_id, email_key, id) where email_key is not null;
create index leads_by_site on campaign_leads (tenant_id, website_host, title_key, id) where website_host is not null;
-- The rows of an import, chunk by chunk.
create index leads_of_import on campaign_leads (import_id, import_row) where import_id is not null;
