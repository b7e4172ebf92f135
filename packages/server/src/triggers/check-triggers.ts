import type { WorkflowDocument } from '@tenon/core/document'
import { type ProblemIssue, TenonError } from '@tenon/core/errors'
import { analyzeTemplate } from '@tenon/core/expression'
import type { NodeManifest } from '@tenon/core/node'
import type { WebhookParams } from '../webhooks/verify-webhook.ts'
import { type TriggerNode, triggerNodesOf } from './put-version-triggers.ts'

/**
 * Checks what validation in the browser does not: the key of a webhook, which is an expression in a text.
 *
 * @returns An issue for each trigger that could take no message.
 */
export function triggerIssues(manifest: NodeManifest, document: WorkflowDocument): readonly ProblemIssue[] {
  return triggerNodesOf(manifest, document).flatMap((trigger) => {
    const fault = keyFault(trigger)
    if (fault === null) return []
    const { id, name } = trigger.node
    const path = ['nodes', id, 'params', 'dedupeKey']
    return [{ path, code: 'TRIGGER_INVALID', message: `${name}: ${fault}` }]
  })
}

function keyFault({ params }: TriggerNode): string | null {
  const { dedupeKey = '' } = JSON.parse(params) as Partial<WebhookParams>
  if (dedupeKey.trim() === '') return null
  try {
    const other = analyzeTemplate(`{{${dedupeKey}}}`).reads.find(({ root }) => root !== 'trigger')
    return other === undefined ? null : `the key can read "trigger" only, and not "${other.root}"`
  } catch (error) {
    if (error instanceof TenonError) return `the key of a message is no expression: ${error.message}`
    throw error
  }
}
