-- One lead as the program writes it: its statements in its order, as PostgreSQL logs them (log_statement = 'all'). The caller
-- is known from memory, as in the program. Each client takes its tenant once. The ids grow with the
-- clients' counters, so that they are as kind to the indexes as the program's time-ordered ones.
\if :known = 0
\set place :client_id % :tenants
select tenant, campaign, member from bench_tenants where client = :place::integer
\gset
\set known 1
\set n :start
\endif
\set n :n + 1

begin;
select id, tenant_id, name, description, status, search_query, lead_source, max_leads, description_style,
    enable_ai_personalization, created_at, updated_at, started_at, completed_at, deleted_at, lead_generation, leads_count,
    emails_sent, replied, month, leads_month, leads_previous
from campaigns where tenant_id = :tenant::uuid and deleted_at is null and id = :campaign::uuid limit 1 for no key update
\gset c_
\set leads_count :c_leads_count + 1
\set leads_month :c_leads_month + 1

insert into campaign_leads (tenant_id, campaign_id, lead_generation, import_id, created_at, updated_at,
    id, title, title_key, address, phone, website, website_host, email, email_key, description, lead_score)
select :tenant::uuid, :campaign::uuid, 1, null, :n::bigint, :n::bigint, r.id, r.title, r.title_key, r.address, r.phone, r.website,
    r.website_host, r.email, r.email_key, r.description, r.lead_score
from (select unnest((select ('{"' || ('00000000-0000-7000-8' || lpad(to_hex(:client_id::bigint), 3, '0') || '-' || lpad(to_hex(:n::bigint), 12, '0')) || '"}')::text::uuid[])) as id,
    unnest((select ('{"Company ' || :n::text || ' Ltd"}')::text::text[])) as title,
    unnest((select ('{"company ' || :n::text || ' ltd"}')::text::text[])) as title_key,
    unnest((select '{"1 Main Street, Town 5"}'::text::text[])) as address,
    unnest((select '{"+44 20 0000001"}'::text::text[])) as phone,
    unnest((select ('{"https://www.company' || :n::text || '.example/about"}')::text::text[])) as website,
    unnest((select ('{"company' || :n::text || '.example"}')::text::text[])) as website_host,
    unnest((select ('{"contact@company' || :n::text || '.example"}')::text::text[])) as email,
    unnest((select ('{"contact@company' || :n::text || '.example"}')::text::text[])) as email_key,
    unnest((select '{"Maker of part 7, since 1907"}'::text::text[])) as description,
    unnest((select '{"50"}'::text::bigint[])) as lead_score) as r
where exists (select 1 from campaigns where id = :campaign::uuid and tenant_id = :tenant::uuid);
insert into search_backlog (id, tenant_id, import_id, first_lead_id, last_lead_id, keys_from)
values (('00000000-0000-7000-9' || lpad(to_hex(:client_id::bigint), 3, '0') || '-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid, :tenant::uuid, null, ('00000000-0000-7000-8' || lpad(to_hex(:client_id::bigint), 3, '0') || '-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid, ('00000000-0000-7000-8' || lpad(to_hex(:client_id::bigint), 3, '0') || '-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid, null);
insert into jobs (id, tenant_id, kind, key, payload, run_at, created_at)
values (('00000000-0000-7000-a' || lpad(to_hex(:client_id::bigint), 3, '0') || '-' || lpad(to_hex(:n::bigint), 12, '0'))::uuid, :tenant::uuid, 'fill_search', 'fill_search', '{"kind": "fill_search"}', :n::bigint, :n::bigint)
on conflict (tenant_id, key) where state = 'queued' do update set run_at = jobs.run_at;
update campaigns set name = :c_name::text, description = null, status = :c_status::text, search_query = '', updated_at = :c_updated_at::bigint,
    started_at = null, completed_at = null, deleted_at = null, lead_generation = 1, leads_count = :leads_count::bigint, emails_sent = 0,
    replied = 0, month = :c_month::integer, leads_month = :leads_month::bigint, leads_previous = 0
where id = :campaign::uuid and tenant_id = :tenant::uuid;
update spines set
    seq = seq + 1,
    campaigns = campaigns + 0,
    active_campaigns = active_campaigns + 0,
    leads = leads + 1,
    leads_used = leads_used + 1,
    emails_sent = emails_sent + 0,
    replied = replied + 0,
    month = case when month < :c_month::integer then :c_month::integer else month end,
    leads_month = case when month < :c_month::integer then 0 else leads_month end
        + case when (case when month < :c_month::integer then :c_month::integer else month end) = :c_month::integer then 1 else 0 end,
    leads_previous = case
            when month < :c_month::integer - 1 then 0
            when month = :c_month::integer - 1 then leads_month
            else leads_previous
        end
        + case
            when (case when month < :c_month::integer then :c_month::integer else month end) = :c_month::integer then 0
            when month = :c_month::integer + 1 then 1
            else 0
        end
where tenant_id = :tenant::uuid
returning seq, leads_used
\gset s_
insert into events (tenant_id, seq, at, name, subject, actor, audience, audience_user, data)
values (:tenant::uuid, :s_seq::bigint, :n::bigint, 'leads.created', :campaign::uuid, :member::uuid, 'members', null,
    ('{"count": 1, "lead_id": "' || ('00000000-0000-7000-8' || lpad(to_hex(:client_id::bigint), 3, '0') || '-' || lpad(to_hex(:n::bigint), 12, '0')) || '"}')::jsonb);
commit;
