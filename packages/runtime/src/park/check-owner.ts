import type { TenantId } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { Actor } from '@tenon/core/run'
import { type FindNodeType, plannedConnection } from '../commit/node-types.ts'
import type { PlanNode } from '../interpreter/plan.ts'
import type { SecretReader } from '../secret-reader.ts'

/** Dependencies of {@link createOwnerCheck}. */
interface OwnerCheckDeps {
  readonly findType: FindNodeType
  /** Knows whose connections are; absent in processes without connections. */
  readonly secrets?: Pick<SecretReader, 'checkParamsBy'> | undefined
}

/**
 * Creates the check of a person who gives params to a node with a connection: on a connection of one person, only its owner
 * may.
 *
 * @throws {@link TenonError} `CONNECTION_REFUSED` in a process without connections; that of the check.
 * @see docs/adr/0064-connections-hold-the-credentials.md
 */
export function createOwnerCheck({ findType, secrets }: OwnerCheckDeps) {
  return async (tenantId: TenantId, node: PlanNode, actor: Actor | null): Promise<void> => {
    const connectionId = plannedConnection(node, findType(node))
    if (connectionId === '') return
    if (secrets?.checkParamsBy === undefined) {
      throw new TenonError('CONNECTION_REFUSED', 'This process does not know the connections')
    }
    await secrets.checkParamsBy(tenantId, actor, connectionId)
  }
}
