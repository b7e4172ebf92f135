import { isJsonObject, type TenantId, type WorkflowDocument } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import { isTemplate } from '@tenon/core/expression'
import type { ServerContext } from '../context.ts'
import { enabledNodes } from '../enabled-nodes.ts'
import { reasonOf } from '../log/reason-of.ts'
import { serverIssue } from '../server-issue.ts'
import { lookUpMembers } from './member-directory.ts'

interface NamedPerson {
  readonly path: readonly string[]
  readonly nodeName: string
  readonly userId: string
}

/**
 * Refuses a workflow that names people who are not members of the tenant: a run would wait for them. Does nothing
 * without a directory, and when the directory does not answer, since a publication must not depend on it. Call it
 * outside of transactions.
 *
 * @throws {@link TenonError} `WORKFLOW_INVALID` with an issue `APPROVER_UNKNOWN` for each such person.
 */
export async function checkApprovers(
  server: Pick<ServerContext, 'members' | 'registry' | 'log'>,
  tenantId: TenantId,
  document: Pick<WorkflowDocument, 'nodes'>,
): Promise<void> {
  const { members, log } = server
  if (members === null) return
  const named = peopleIn(server, document)
  if (named.length === 0) return
  let known: ReadonlySet<string>
  try {
    const found = await lookUpMembers(
      members,
      tenantId,
      named.map(({ userId }) => userId),
    )
    known = new Set(found.map(({ userId }) => userId))
  } catch (error) {
    log('warn', 'members.lookup_failed: approvers are not checked', { tenantId, reason: reasonOf(error) })
    return
  }
  const issues: readonly ProblemIssue[] = named
    .filter(({ userId }) => !known.has(userId))
    .map(({ path, nodeName, userId }) => {
      const message = `${nodeName}: "${userId}" is not a member, so this person cannot decide`
      return serverIssue('APPROVER_UNKNOWN', path, message, { userId })
    })
  const [first] = issues
  if (first === undefined) return
  throw new TenonError('WORKFLOW_INVALID', first.message, {
    remedy: 'Remove the person from the approvers, or choose another one.',
    details: { issues },
  })
}

/** Returns the people that enabled nodes name in params with the control `people`. */
function peopleIn(
  { registry }: Pick<ServerContext, 'registry'>,
  document: Pick<WorkflowDocument, 'nodes'>,
): readonly NamedPerson[] {
  return enabledNodes(registry, document).flatMap(({ node, name, entry }) => {
    const schema = entry?.params
    const properties = isJsonObject(schema) && isJsonObject(schema.properties) ? schema.properties : {}
    return Object.keys(properties).flatMap((param) => {
      const field = properties[param]
      const value = node.params[param]
      const isOfPeople = isJsonObject(field) && field.control === 'people'
      if (!isOfPeople || !isJsonObject(value) || !Array.isArray(value.userIds)) return []
      return value.userIds.flatMap((userId): readonly NamedPerson[] =>
        // The value of a template is known only in a run.
        typeof userId === 'string' && !isTemplate(userId)
          ? [{ path: ['nodes', node.id, 'params', param], nodeName: name, userId }]
          : [],
      )
    })
  })
}
