import { isSecretMarker, type TenantId, type WorkflowDocument } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import type { NodeManifest } from '@tenon/core/node'
import type { ServerContext } from '../context.ts'
import { checkForm } from '../form-rules/form-fields.ts'
import { checkSchedule } from '../schedule-rules/check-schedule.ts'
import { fieldOf } from '../secrets/secret-fields.ts'
import type { WebhookParams } from '../webhooks/verify-webhook.ts'
import { type TriggerNode, triggerNodesOf } from './put-version-triggers.ts'
import { STANDARD_SECRET, standardKey } from './standard-key.ts'

/**
 * Checks what validation in the browser does not: the times of schedules, the fields of forms, and settings of the
 * workflow that fit no message.
 *
 * @returns An issue for each trigger that could take no message.
 */
export function triggerIssues(manifest: NodeManifest, document: WorkflowDocument): readonly ProblemIssue[] {
  const triggers = triggerNodesOf(manifest, document)
  const issues = triggers.flatMap((trigger) => {
    if (trigger.kind === 'schedule') return scheduleIssues(trigger)
    return trigger.kind === 'form' ? formIssues(trigger) : trigger.issues
  })
  const [first] = triggers
  if (first === undefined || document.settings?.batching === undefined) return issues
  const message = `${first.node.name}: requests with "items" can be collected, and what a ${first.kind} starts has none at the top`
  return [...issues, { path: ['settings', 'batching'], code: 'TRIGGER_INVALID', message }]
}

/**
 * Checks the secrets of webhooks by Standard Webhooks, which are encoded: with a wrong one, every message would be refused.
 *
 * @throws {@link TenonError} `SECRET_NOT_FOUND`, `KEY_PROVIDER_REQUIRED`, `UNAVAILABLE`.
 */
export async function secretIssues(
  { registry, secrets }: Pick<ServerContext, 'registry' | 'secrets'>,
  tenantId: TenantId,
  document: WorkflowDocument,
): Promise<readonly ProblemIssue[]> {
  const issues: ProblemIssue[] = []
  for (const { node, node_type: nodeType, params } of triggerNodesOf(registry.manifest, document)) {
    const { signature } = JSON.parse(params) as Partial<WebhookParams>
    const { secret } = node.params
    if (signature !== 'standard-webhooks' || !isSecretMarker(secret)) continue
    const value = await secrets.reveal(tenantId, secret.$secret, fieldOf(nodeType, 'secret'))
    if (standardKey(value) !== null) continue
    const path = ['nodes', node.id, 'params', 'secret']
    issues.push({ path, code: 'TRIGGER_INVALID', message: `${node.name}: ${STANDARD_SECRET}` })
  }
  return issues
}

/**
 * Finds a trigger of a draft, whose params may be unfinished.
 *
 * @returns `null` if the draft has no such trigger, or if it is disabled.
 * @throws {@link TenonError} `WORKFLOW_INVALID` if its params do not fit.
 */
export function draftTrigger(manifest: NodeManifest, document: WorkflowDocument, nodeId: string): TriggerNode | null {
  const found = triggerNodesOf(manifest, document).find(({ node_id }) => node_id === nodeId) ?? null
  const [first] = found?.issues ?? []
  if (first === undefined) return found
  throw new TenonError('WORKFLOW_INVALID', `The trigger cannot receive messages: ${first.message}`, {
    details: { issues: found?.issues ?? [] },
  })
}

function scheduleIssues({ node: { id, name, params } }: TriggerNode): readonly ProblemIssue[] {
  return checkSchedule(params, Date.now()).issues.map(({ path, message }) => ({
    ...{ path: ['nodes', id, 'params', ...path], code: 'TRIGGER_INVALID', message: `${name}: ${message}` },
  }))
}

function formIssues({ node: { id, name }, params, issues }: TriggerNode): readonly ProblemIssue[] {
  const { faults } = checkForm(JSON.parse(params))
  const found = faults.map(({ path, message }) => ({
    ...{ path: ['nodes', id, 'params', ...path], code: 'TRIGGER_INVALID', message: `${name}: ${message}` },
  }))
  return [...issues, ...found]
}
