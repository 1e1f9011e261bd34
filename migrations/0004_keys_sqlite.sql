
-- An index in random order costs SQLite a page of log for nearly every row of a chunk. These three are tables instead, filled
-- in their own order once a file has been read; leads that come one by one are entered at once.
drop index leads_by_title;
drop index leads_by_email;
drop index leads_by_site;

-- Leads by title.
create table lead_titles (
    campaign_id blob not null,
    lead_generation integer not null,
    title_key text not null,
    lead_id blob not null,
    primary key (campaign_id, lead_generation, title_key, lead_id)
) without rowid;

-- Leads by address ('e:') and by website and title ('s:').
create table lead_keys (
    tenant_id blob not null,
    key text not null,
    lead_id blob not null,
    primary key (tenant_id, key, lead_id)
) without rowid;

create trigger lead_keys_of_new after insert on campaign_leads when new.import_id is null begin
    insert into lead_titles values (new.campaign_id, new.lead_generation, new.title_key, new.id);
    insert into lead_keys select new.tenant_id, 'e:' || new.email_key, new.id where new.email_key is not null;
    insert into lead_keys select new.tenant_id, 's:' || new.website_host || '/' || new.title_key, new.id
        where new.website_host is not null and new.title_key <> '';
end;

create trigger lead_keys_of_changed after update of title_key, email_key, website_host on campaign_leads
when old.title_key <> new.title_key or old.email_key is not new.email_key or old.website_host is not new.website_host begin
    delete from lead_titles where campaign_id = old.campaign_id and lead_generation = old.lead_generation
        and title_key = old.title_key and lead_id = old.id;
    delete from lead_keys where tenant_id = old.tenant_id and key = 'e:' || old.email_key and lead_id = old.id;
    delete from lead_keys where tenant_id = old.tenant_id
        and key = 's:' || old.website_host || '/' || old.title_key and lead_id = old.id;
    insert into lead_titles values (new.campaign_id, new.lead_generation, new.title_key, new.id);
    insert into lead_keys select new.tenant_id, 'e:' || new.email_key, new.id where new.email_key is not null;
    insert into lead_keys select new.tenant_id, 's:' || new.website_host || '/' || new.title_key, new.id
        where new.website_host is not null and new.title_key <> '';
end;

create trigger lead_keys_of_removed after delete on campaign_leads begin
    delete from lead_titles where campaign_id = old.campaign_id and lead_generation = old.lead_generation
        and title_key = old.title_key and lead_id = old.id;
    delete from lead_keys where tenant_id = old.tenant_id and key = 'e:' || old.email_key and lead_id = old.id;
    delete from lead_keys where tenant_id = old.tenant_id
        and key = 's:' || old.website_host || '/' || old.title_key and lead_id = old.id;
end;

-- Leads that are there already.
insert into search_backlog (id, tenant_id, first_lead_id, last_lead_id, keys_from)
select randomblob(16), tenant_id, min(id), max(id), min(id) from campaign_leads group by tenant_id;
-- The job that writes them; a tenant that has one waiting needs no other.
insert into jobs (id, tenant_id, kind, key, payload, run_at, created_at)
select randomblob(16), tenant_id, 'fill_search', 'fill_search', '{"kind":"fill_search"}', 0, 0
from campaign_leads where true group by tenant_id
on conflict do nothing;
