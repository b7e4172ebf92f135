import type { Connection } from '@temporalio/client'
import type { RuntimeLog } from '../engine.ts'
import { TENANT_ATTRIBUTE, WORKFLOW_ATTRIBUTE } from './options.ts'

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const KEYWORD = 2

/**
 * Registers what shells are found by, where it is missing, so that a plain `temporal server start-dev` will do. Where
 * an operator keeps that right (Temporal Cloud), the attributes have to be there already.
 */
export async function ensureSearchAttributes(
  { operatorService }: Pick<Connection, 'operatorService'>,
  namespace: string,
  log: RuntimeLog,
): Promise<void> {
  try {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace })
    const missing = [TENANT_ATTRIBUTE, WORKFLOW_ATTRIBUTE].filter((name) => customAttributes[name] === undefined)
    if (missing.length === 0) return
    const searchAttributes = Object.fromEntries(missing.map((name) => [name, KEYWORD]))
    await operatorService.addSearchAttributes({ namespace, searchAttributes })
  } catch (error) {
    log('warn', 'Search attributes could not be registered with Temporal', { error: String(error) })
  }
}
