-- Uploads in pieces: what was announced, how much of it is there, and what became of it.
-- Names in double braces are as in the first script.

create table uploads (
    id {{uuid}} primary key,
    tenant_id {{uuid}} not null references tenants (id) on delete cascade,
    user_id {{uuid}} not null,
    file_name text not null,
    bytes_declared bigint not null,
    bytes_received bigint not null default 0,
    pieces bigint not null default 0,
    -- The import that took the file; from then on the file is the import's.
    import_id {{uuid}},
    created_at bigint not null,
    expires_at bigint not null,
    foreign key (tenant_id, user_id) references users (tenant_id, id) on delete cascade
);
create index uploads_open on uploads (tenant_id, created_at) where import_id is null;
create index uploads_by_expiry on uploads (expires_at);

-- The pieces of a file that is kept as several objects, in the order of the bytes.
create table upload_pieces (
    upload_id {{uuid}} not null references uploads (id) on delete cascade,
    at_byte bigint not null,
    bytes bigint not null,
    name text not null,
    primary key (upload_id, at_byte)
){{without_rowid}};
