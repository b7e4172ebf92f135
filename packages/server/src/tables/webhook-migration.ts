import { identifier, type Migration, tenantTable } from '@tenon/runtime/postgres'
import { EVERY_TENANT, HOST, SPREAD } from './webhook-tables.ts'

const NOW = 'floor(extract(epoch from clock_timestamp()) * 1000)::bigint'

/**
 * Notes an event for those who listen to it: an entry for the endpoints of the tenant together, and one for the host. Does
 * nothing without a listener. It is called in the transaction in which the event happens, by triggers, so that no process and
 * no version of one can leave an event out.
 *
 * @see docs/adr/0096-events-are-noted-where-they-happen.md
 */
const NOTE_EVENT = `create function $schema.note_webhook_event(p_tenant text, p_type text, p_subject text)
returns void language plpgsql volatile set tenon.tenant = '${EVERY_TENANT}' as $body$
declare
  now_ms bigint := ${NOW};
  event_id text := 'evt_' || replace(gen_random_uuid()::text, '-', '');
begin
  insert into $schema.event_queue (tenant_id, event_id, target, event_type, subject, at, due_at)
    select p_tenant, event_id, listener.target, p_type, p_subject, now_ms, now_ms
      from (
        select distinct case when l.tenant_id = '${EVERY_TENANT}' then '${HOST}' else '${SPREAD}' || p_tenant end as target
          from $schema.event_listeners l
          where l.tenant_id in (p_tenant, '${EVERY_TENANT}') and (l.types is null or p_type = any (l.types))
            and (l.until is null or l.until > now_ms)
      ) as listener;
end $body$`

interface Watch {
  readonly name: string
  readonly table: string
  readonly when: string
  /** Events and condition of the trigger. */
  readonly condition: string
  /** SQL of the type of the event. */
  readonly type: string
  /** SQL of the ids of what it is about. */
  readonly subject: string
}

const ENDED = `new.status in ('completed', 'failed', 'canceled') and new.mode = 'live' and new.parent_run_id is null`

const WATCHES: readonly Watch[] = [
  // A run that ends with its first append is inserted as ended.
  ...[
    { name: 'note_ended_run', when: 'insert', condition: ENDED },
    { name: 'note_run_end', when: 'update of status', condition: `${ENDED} and old.status <> new.status` },
  ].map((each) => ({ ...each, table: 'runs', type: `'run.' || new.status`, subject: 'json_build_array(new.run_id)' })),
  {
    ...{ name: 'note_wait', table: 'waits', when: 'insert' },
    condition: `new.kind in ('approval', 'parked') and new.status = 'open'`,
    type: `case when new.kind = 'parked' then 'node.parked' else 'approval.opened' end`,
    subject: 'json_build_array(new.approval_id)',
  },
  {
    ...{ name: 'note_connection', table: 'connections', when: 'update of status' },
    condition: `new.status = 'needs_reauth' and old.status <> new.status`,
    type: `'connection.needs_reauth'`,
    subject: 'json_build_array(new.connection_id)',
  },
  {
    ...{ name: 'note_trigger', table: 'triggers', when: 'update of paused_at' },
    condition: '(new.paused_at is null) <> (old.paused_at is null)',
    type: `case when new.paused_at is null then 'trigger.resumed' else 'trigger.paused' end`,
    subject: 'json_build_array(new.workflow_id, new.node_id)',
  },
  {
    ...{ name: 'note_version', table: 'versions', when: 'insert', condition: 'new.number is not null' },
    type: `'version.published'`,
    subject: 'json_build_array(new.workflow_id, new.version)',
  },
  {
    ...{ name: 'note_rollout', table: 'version_rollouts', when: 'update of status' },
    condition: `new.status = 'rolled_back' and old.status <> new.status`,
    type: `'rollout.rolled_back'`,
    subject: 'json_build_array(new.workflow_id, new.version)',
  },
  {
    ...{ name: 'note_endpoint', table: 'webhook_endpoints', when: 'update of status' },
    condition: `new.status = 'disabled' and old.status <> new.status and new.disabled_reason is not null`,
    type: `'endpoint.disabled'`,
    subject: 'json_build_array(new.endpoint_id)',
  },
]

const watch = ({ name, table, when, condition, type, subject }: Watch): readonly string[] => [
  `create function $schema.${name}() returns trigger language plpgsql as $body$
begin
  perform $schema.note_webhook_event(new.tenant_id, ${type}, ${subject}::text);
  return null;
end $body$`,
  `create trigger ${name} after ${when} on $schema.${table} for each row when (${condition})
    execute function $schema.${name}()`,
]

/** Adds the addresses of tenants to which events are sent, the events on their way, and what notes them. */
export const webhooks: Migration = {
  name: '0046-webhooks',
  isCompatible: true,
  up: ({ schema }) =>
    [
      ...tenantTable({
        schema,
        name: 'webhook_endpoints',
        columns: `endpoint_id text not null, url text not null, description text not null, event_types text not null,
          status text not null, disabled_reason text, failing_since bigint, failures int not null, held_until bigint,
          generation int not null, previous_until bigint, creator_id text not null, creator_name text not null,
          created_at bigint not null, updated_at bigint not null`,
        key: ['endpoint_id'],
      }),
      ...tenantTable({
        schema,
        name: 'event_listeners',
        columns: 'listener_id text not null, types text[], until bigint',
        key: ['listener_id'],
        isDispatch: true,
      }),
      ...tenantTable({
        schema,
        name: 'event_queue',
        columns: `event_id text not null, target text not null, event_type text not null, subject text not null,
          at bigint not null, due_at bigint not null, attempts int not null default 0`,
        key: ['event_id', 'target'],
        isDispatch: true,
      }),
      'create index event_queue_due on $schema.event_queue (target, due_at)',
      ...tenantTable({
        schema,
        name: 'webhook_deliveries',
        columns: `endpoint_id text not null, event_id text not null, event_type text not null, at bigint not null,
          state text not null, body text not null, attempts int not null, next_attempt_at bigint,
          last_attempts text not null, response_body text, expires_at bigint not null,
          foreign key (tenant_id, endpoint_id) references $schema.webhook_endpoints (tenant_id, endpoint_id)
            on delete cascade`,
        key: ['endpoint_id', 'event_id'],
      }),
      'create index webhook_deliveries_by_time on $schema.webhook_deliveries (endpoint_id, at desc, event_id desc)',
      'create index webhook_deliveries_by_end on $schema.webhook_deliveries (expires_at, tenant_id)',
      NOTE_EVENT,
      ...WATCHES.flatMap(watch),
    ].map((statement) => statement.replaceAll('$schema', identifier(schema))),
}
