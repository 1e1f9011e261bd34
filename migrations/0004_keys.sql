-- Which leads of a file wait for their keys, and on SQLite the keys themselves: docs/decisions/0007.
-- The first lead whose keys are still to be written; null when all are.
alter table search_backlog add column keys_from {{uuid}};
create index search_backlog_keys on search_backlog (tenant_id, id) where keys_from is not null;
