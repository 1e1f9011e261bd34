-- The schema, in one text for both engines. The names in double braces stand for:
--   uuid      uuid on PostgreSQL, blob (16 bytes) on SQLite
--   json      jsonb on PostgreSQL, text on SQLite
--   position  the column by which one process follows all tenants, see crates/store/src/spine
-- Times are bigint: microseconds since 1970-01-01 UTC.
-- Foreign keys to campaigns and users carry the tenant, so that no row can belong to another tenant's campaign or
-- person. Two of email_logs do not: to leads, because each insert of a lead would pay for an index on (tenant_id, id),
-- and to templates, because "set null" would empty the tenant as well. Who writes such a row has found both under one
-- tenant's scope.

create table meta (
    name text primary key,
    value text not null
);

create table tenants (
    id {{uuid}} primary key,
    name text not null,
    company_email text not null,
    company_email_key text not null unique,
    company_website text,
    company_address text,
    company_phone text,
    status text not null default 'trial',
    plan text not null default 'starter',
    leads_quota bigint not null default 500,
    created_at bigint not null,
    updated_at bigint not null
);

-- One row for each tenant: the last event's number and the counters, changed by one update at the end of a write.
create table spines (
    tenant_id {{uuid}} primary key references tenants (id) on delete cascade,
    seq bigint not null default 0,
    campaigns bigint not null default 0,
    active_campaigns bigint not null default 0,
    leads bigint not null default 0,
    leads_used bigint not null default 0,
    emails_sent bigint not null default 0,
    replied bigint not null default 0,
    month integer not null default 0,
    leads_month bigint not null default 0,
    leads_previous bigint not null default 0
);

create table events (
    {{position}},
    -- Not the tenant's own row: a commit, which holds the spine's, must not wait for it.
    tenant_id {{uuid}} not null references spines (tenant_id) on delete cascade,
    seq bigint not null,
    at bigint not null,
    name text not null,
    subject {{uuid}} not null,
    actor {{uuid}},
    audience text not null,
    audience_user {{uuid}},
    data {{json}} not null,
    {{events_key}}
);

create table users (
    id {{uuid}} primary key,
    tenant_id {{uuid}} not null references tenants (id) on delete cascade,
    email text not null,
    email_key text not null unique,
    hashed_password text not null,
    -- Tokens that name no login are refused when they were made before this time.
    tokens_from bigint not null default 0,
    first_name text,
    last_name text,
    role text not null default 'member',
    is_active boolean not null default true,
    invited boolean not null default false,
    email_verified boolean not null default false,
    last_login_at bigint,
    created_at bigint not null,
    updated_at bigint not null,
    unique (tenant_id, id)
);
create index users_of_tenant on users (tenant_id, created_at);

create table invitations (
    id {{uuid}} primary key,
    tenant_id {{uuid}} not null references tenants (id) on delete cascade,
    user_id {{uuid}} not null unique,
    token_hash text not null unique,
    expires_at bigint not null,
    created_at bigint not null,
    foreign key (tenant_id, user_id) references users (tenant_id, id) on delete cascade
);

create table sessions (
    id {{uuid}} primary key,
    tenant_id {{uuid}} not null references tenants (id) on delete cascade,
    user_id {{uuid}} not null,
    kind text not null,
    secret_hash text not null,
    user_agent text,
    address text,
    created_at bigint not null,
    last_seen_at bigint not null,
    expires_at bigint not null,
    revoked_at bigint,
    foreign key (tenant_id, user_id) references users (tenant_id, id) on delete cascade
);
create index sessions_of_user on sessions (user_id, created_at);
create index sessions_by_expiry on sessions (expires_at);

create table attempts (
    subject text not null,
    period bigint not null,
    failures bigint not null,
    primary key (subject, period)
);

create table campaigns (
    id {{uuid}} primary key,
    tenant_id {{uuid}} not null references tenants (id) on delete cascade,
    name text not null,
    description text,
    status text not null default 'draft',
    search_query text,
    lead_source text,
    max_leads bigint default 100,
    description_style text default 'professional',
    enable_ai_personalization boolean not null default true,
    created_at bigint not null,
    updated_at bigint not null,
    started_at bigint,
    completed_at bigint,
    deleted_at bigint,
    lead_generation integer not null default 1,
    leads_count bigint not null default 0,
    emails_sent bigint not null default 0,
    replied bigint not null default 0,
    month integer not null default 0,
    leads_month bigint not null default 0,
    leads_previous bigint not null default 0,
    unique (tenant_id, id)
);
create index campaigns_of_tenant on campaigns (tenant_id, created_at, id);

create table campaign_leads (
    id {{uuid}} primary key,
    tenant_id {{uuid}} not null,
    campaign_id {{uuid}} not null,
    lead_generation integer not null,
    revision bigint not null default 1,
    import_id {{uuid}},
    import_row bigint,
    title text,
    title_key text {{collate_bytes}} not null default '',
    address text,
    phone text,
    website text,
    website_host text,
    email text,
    email_key text,
    description text,
    lead_score bigint not null default 0,
    generated_email text,
    generated_whatsapp text,
    deep_research text,
    email_sent boolean not null default false,
    whatsapp_sent boolean not null default false,
    replied boolean not null default false,
    contact_source text,
    scraped_data {{json}},
    created_at bigint not null,
    updated_at bigint not null,
    trashed_at bigint,
    foreign key (tenant_id, campaign_id) references campaigns (tenant_id, id) on delete cascade
);
create index leads_by_time on campaign_leads (campaign_id, lead_generation, created_at, id);
create index leads_by_title on campaign_leads (campaign_id, lead_generation, title_key, id);
create index leads_by_score on campaign_leads (campaign_id, lead_generation, lead_score, id);
create index leads_in_trash on campaign_leads (trashed_at) where trashed_at is not null;

-- The words by which leads are found; a job writes them after the lead.
create table lead_words (
    campaign_id {{uuid}} not null,
    word text {{collate_bytes}} not null,
    lead_id {{uuid}} not null references campaign_leads (id) on delete cascade,
    primary key (campaign_id, word, lead_id)
){{without_rowid}};
create index words_of_lead on lead_words (lead_id, word);

-- Leads whose words are to be written: a range of ids, all of one import where import_id is given.
create table search_backlog (
    id {{uuid}} primary key,
    tenant_id {{uuid}} not null references tenants (id) on delete cascade,
    import_id {{uuid}},
    first_lead_id {{uuid}} not null,
    last_lead_id {{uuid}} not null
);
create index search_backlog_of_tenant on search_backlog (tenant_id, id);

create table imports (
    id {{uuid}} primary key,
    tenant_id {{uuid}} not null references tenants (id) on delete cascade,
    campaign_id {{uuid}} not null,
    user_id {{uuid}} not null,
    file_name text not null,
    file_bytes bigint not null,
    object_key text not null,
    fingerprint text not null,
    generate_emails boolean not null default false,
    lead_generation integer not null,
    state text not null,
    rows_read bigint not null default 0,
    leads_created bigint not null default 0,
    leads_failed bigint not null default 0,
    descriptions_from_file bigint not null default 0,
    emails_from_file bigint not null default 0,
    failed_rows {{json}} not null,
    error text,
    -- Where the quota ended it: the leads that the plan allows, and those already counted.
    quota bigint,
    quota_used bigint,
    -- How often a node gave it back whose folder has not the file.
    given_back integer not null default 0,
    delivered boolean not null default false,
    file_removed boolean not null default false,
    created_at bigint not null,
    finished_at bigint,
    foreign key (tenant_id, campaign_id) references campaigns (tenant_id, id) on delete cascade
);
create index imports_of_campaign on imports (campaign_id, created_at);
create index imports_not_ended on imports (id) where state in ('queued', 'running');

create table email_templates (
    id {{uuid}} primary key,
    tenant_id {{uuid}} not null references tenants (id) on delete cascade,
    name text not null,
    description text,
    subject text not null,
    body text not null,
    is_active boolean not null default true,
    use_ai_personalization boolean not null default true,
    times_used bigint not null default 0,
    created_at bigint not null,
    updated_at bigint not null
);
create index templates_of_tenant on email_templates (tenant_id, created_at, id);

create table email_logs (
    id {{uuid}} primary key,
    tenant_id {{uuid}} not null references tenants (id) on delete cascade,
    campaign_id {{uuid}} not null,
    lead_id {{uuid}} not null references campaign_leads (id) on delete cascade,
    template_id {{uuid}} references email_templates (id) on delete set null,
    recipient_email text not null,
    subject text not null,
    body text not null,
    status text not null default 'pending',
    sent_at bigint,
    opened_at bigint,
    clicked_at bigint,
    replied_at bigint,
    error_message text,
    retry_count bigint not null default 0,
    provider_message_id text,
    provider_response text,
    created_at bigint not null,
    foreign key (tenant_id, campaign_id) references campaigns (tenant_id, id) on delete cascade
);
create index email_logs_sent on email_logs (tenant_id, sent_at);
create index email_logs_of_lead on email_logs (lead_id);
create index email_logs_of_campaign on email_logs (campaign_id);
create index email_logs_of_template on email_logs (template_id);

create table jobs (
    id {{uuid}} primary key,
    tenant_id {{uuid}} not null references tenants (id) on delete cascade,
    kind text not null,
    key text not null,
    payload {{json}} not null,
    state text not null default 'queued',
    run_at bigint not null,
    turn bigint not null default 0,
    attempts integer not null default 0,
    lease_token bigint not null default 0,
    beat bigint not null default 0,
    cancel_requested boolean not null default false,
    last_error text,
    created_at bigint not null,
    finished_at bigint
);
create index jobs_ready on jobs (state, run_at);
create index jobs_running_of_tenant on jobs (tenant_id, state);
create index jobs_turns_of_tenant on jobs (tenant_id, turn);
create index jobs_turns on jobs (turn);
create index jobs_over on jobs (finished_at) where state = 'done';
create unique index jobs_waiting_once on jobs (tenant_id, key) where state = 'queued';
