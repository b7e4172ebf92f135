import type { PoolClient } from 'pg'

interface PlanNode {
  readonly 'Node Type': string
  readonly 'Relation Name'?: string
  readonly 'Index Cond'?: string
  readonly Plans?: readonly PlanNode[]
}

/** One read of a table in a plan. */
export interface PlanScan {
  /** Text of the statement. */
  readonly text: string
  /** `Index Scan`, `Seq Scan` and so on. */
  readonly type: string
  /** Name of the table, without its schema. */
  readonly table: string
  /** Condition by which an index is searched; empty without an index. */
  readonly condition: string
}

/** Plans that a connection has used. */
export interface PlanWatch {
  /** Returns the texts of the statements so far that use a table of the schema `tenon`, in order. */
  texts(): readonly string[]
  /** Returns every read of a table in them. */
  scans(): readonly PlanScan[]
  /** Returns their plans as JSON; a generic plan has parameters, a custom one has their values. */
  plans(): readonly string[]
}

/**
 * Records the plan of every statement of a connection from now on, those inside of functions included, as `auto_explain`
 * reports them.
 */
export async function watchPlans(client: PoolClient): Promise<PlanWatch> {
  const explained: { readonly 'Query Text': string; readonly Plan: PlanNode }[] = []
  await client.query(`load 'auto_explain'; set auto_explain.log_min_duration = 0;
    set auto_explain.log_nested_statements = on; set auto_explain.log_format = json; set auto_explain.log_level = notice`)
  client.on('notice', ({ message = '' }) => {
    const at = message.indexOf('plan:\n')
    if (at !== -1) explained.push(JSON.parse(message.slice(at + 6)))
  })
  const statements = () => explained.filter((each) => /\btenon"?\.(?!append_)/.test(each['Query Text']))
  return {
    texts: () => statements().map((each) => each['Query Text'].trim()),
    scans: () => statements().flatMap(({ 'Query Text': text, Plan }) => scansOf(text, Plan)),
    plans: () => statements().map(({ Plan }) => JSON.stringify(Plan)),
  }
}

function scansOf(text: string, plan: PlanNode): readonly PlanScan[] {
  const { 'Node Type': type, 'Relation Name': table, 'Index Cond': condition = '', Plans: inner = [] } = plan
  const own = type.endsWith('Scan') && table !== undefined ? [{ text, type, table, condition }] : []
  return [...own, ...inner.flatMap((each) => scansOf(text, each))]
}
