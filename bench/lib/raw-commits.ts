import { identifier, literal } from '@tenon/runtime/postgres'
import pg from 'pg'

const TABLE = 'tenon.bench_rows'
/** As long as the data of a small event. */
const DATA = JSON.stringify({ pass: 1, attempt: 1, port: 'success', output: 'x'.repeat(120), durationMs: 1 })

/** The bare floor of the run store: one row a commit, under the same row-level security, by the same role. */
export interface RawCommits {
  /** Commits one row after another on one connection; returns ms a commit. */
  oneByOne(count: number): Promise<number>
  /** Commits rows for as many callers at once through a pool; returns commits a second. */
  atOnce(callers: number, each: number): Promise<number>
  close(): Promise<void>
}

/**
 * Makes a table with one row for each event, RLS enabled and forced, and opens a pool on it. A commit is one message:
 * begin, role, tenant, insert, commit.
 */
export async function openRawCommits(connectionString: string, poolSize: number): Promise<RawCommits> {
  const pool = new pg.Pool({ connectionString, max: poolSize })
  await pool.query(`
    create table ${TABLE} (
      tenant_id text not null, run_id text not null, seq bigint not null, start_week integer not null,
      turn integer not null, class text not null, event_id text not null, type text not null, node_run_id text,
      at bigint not null, cause bigint, data text not null, link text,
      primary key (tenant_id, run_id, seq, start_week)
    );
    alter table ${TABLE} enable row level security;
    alter table ${TABLE} force row level security;
    create policy tenant on ${TABLE} using (tenant_id = current_setting('tenon.tenant', true))
      with check (tenant_id = current_setting('tenon.tenant', true));
    grant select, insert on ${TABLE} to ${identifier('tenon_app')}`)
  let runs = 0
  const nextRun = () => {
    runs += 1
    return `run-${runs}`
  }
  return {
    oneByOne: async (count) => {
      const run = nextRun()
      const client = await pool.connect()
      const from = performance.now()
      for (let seq = 1; seq <= count; seq += 1) await client.query(commitOf('tenant', run, seq))
      const took = performance.now() - from
      client.release()
      return took / count
    },
    atOnce: async (callers, each) => {
      const runIds = Array.from({ length: callers }, nextRun)
      const from = performance.now()
      await Promise.all(
        runIds.map(async (run, index) => {
          for (let seq = 1; seq <= each; seq += 1) await pool.query(commitOf(`tenant-${index}`, run, seq))
        }),
      )
      return (callers * each * 1_000) / (performance.now() - from)
    },
    close: () => pool.end(),
  }
}

function commitOf(tenant: string, run: string, seq: number): string {
  const row = [literal(tenant), literal(run), seq, 0, seq, `'fact'`, `'n${seq}/1/outcome'`, `'node_completed'`]
  return `begin; set local role tenon_app; select set_config('tenon.tenant', ${literal(tenant)}, true);
    insert into ${TABLE} (tenant_id, run_id, seq, start_week, turn, class, event_id, type, node_run_id, at, data)
      values (${row.join(', ')}, 'n${seq}', ${Date.now()}, ${literal(DATA)});
    commit`
}
