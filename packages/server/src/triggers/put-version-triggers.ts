import {
  nodeTypeKey,
  type TenantId,
  type WorkflowDocument,
  type WorkflowId,
  type WorkflowNode,
} from '@tenon/core/document'
import type { ProblemIssue } from '@tenon/core/errors'
import {
  fillParamDefaults,
  type NodeManifest,
  type NodeManifestEntry,
  TRIGGER_PARAMS,
  type TriggerKind,
} from '@tenon/core/node'
import type { ServerContext } from '../context.ts'
import { putVersionSchedules } from '../schedule-rules/put-schedules.ts'
import type { ServerTx, VersionRow } from '../tables/server-tables.ts'
import { putTriggers, type VersionTrigger } from '../tables/trigger-repository.ts'
import { findStableVersion, findVersion } from '../tables/version-repository.ts'
import type { WebhookParams } from '../webhooks/verify-webhook.ts'

/** A node by which the server starts runs, with its checked params. */
export interface TriggerNode extends VersionTrigger {
  readonly node: WorkflowNode
  /** Params that no message can be checked by, as an unfinished draft has them; they are not in `params` then. */
  readonly issues: readonly ProblemIssue[]
}

/** Returns the kind of trigger that a node is; `null` for any other node. */
export function triggerKindOf(manifest: NodeManifest, node: WorkflowNode): TriggerKind | null {
  return entryOf(manifest, node)?.trigger ?? null
}

function entryOf(manifest: NodeManifest, node: WorkflowNode): NodeManifestEntry | undefined {
  const key = nodeTypeKey(node.type, node.typeVersion)
  return manifest.nodes.find((entry) => nodeTypeKey(entry.type, entry.version) === key)
}

/** Returns the enabled nodes of a document by which the server starts runs. */
export function triggerNodesOf(manifest: NodeManifest, document: WorkflowDocument): readonly TriggerNode[] {
  return document.nodes.flatMap((node) => {
    const entry = entryOf(manifest, node)
    if (entry?.trigger === undefined || node.disabled === true) return []
    const { trigger: kind } = entry
    // A type may have defaults of its own, such as the signature of its service.
    const { params, issues } = checkParams(kind, { ...node, params: fillParamDefaults(entry.params, node.params) })
    return [{ node, node_id: node.id, kind, node_type: node.type, params: JSON.stringify(params), issues }]
  })
}

/** Returns the nodes of webhooks that accept messages without a signature. */
export function unsignedWebhooks(manifest: NodeManifest, document: WorkflowDocument): readonly string[] {
  return triggerNodesOf(manifest, document)
    .filter(({ params }) => (JSON.parse(params) as WebhookParams).signature === 'none')
    .map(({ node_id }) => node_id)
}

/** Params with their defaults. A secret is a marker here, which the schema of the value does not describe. */
function checkParams(kind: TriggerKind, { id, name, params }: WorkflowNode) {
  const { secret, ...others } = params
  // The other params of a poll say what is polled.
  const schema = kind === 'poll' ? TRIGGER_PARAMS.poll.loose() : TRIGGER_PARAMS[kind]
  const { data, error } = schema.safeParse(others)
  const issues = (error?.issues ?? []).map(({ path, message }) => ({
    path: ['nodes', id, 'params', ...path.map(String)],
    code: 'TRIGGER_INVALID',
    message: `${name}: ${message}`,
  }))
  return { params: { ...data, ...(secret === undefined ? {} : { secret }) }, issues }
}

/** Returns the triggers of a document, as its version stores them. */
export function versionTriggersOf(manifest: NodeManifest, document: WorkflowDocument): readonly VersionTrigger[] {
  const triggers = triggerNodesOf(manifest, document)
  return triggers.map(({ node_id, kind, node_type, params }) => ({ node_id, kind, node_type, params }))
}

/** A workflow whose triggers change. */
export interface WorkflowTriggers {
  readonly tenantId: TenantId
  readonly workflowId: WorkflowId
}

type PutDeps = Pick<ServerContext, 'now'>

/**
 * Makes the triggers that a version has stored those of its workflow, in the transaction that makes new runs start with the
 * version and that holds the workflow.
 */
export async function putVersionTriggers(
  { now }: PutDeps,
  tx: ServerTx,
  ref: WorkflowTriggers,
  { version, triggers }: Pick<VersionRow, 'version' | 'triggers'>,
): Promise<void> {
  await putTriggers(tx, ref, version, triggers === null ? [] : JSON.parse(triggers), now())
  await putVersionSchedules(tx, ref)
}

/** The same for the version with which new runs start now; during a canary it is the version before. */
export async function putStableTriggers(
  deps: PutDeps,
  tx: ServerTx,
  ref: WorkflowTriggers,
  latest: number | null,
): Promise<void> {
  const version = await findStableVersion(tx, ref.tenantId, ref.workflowId, latest)
  const row = version === null ? null : await findVersion(tx, ref.tenantId, ref.workflowId, version)
  if (row !== null) await putVersionTriggers(deps, tx, ref, row)
}

/** Has no trigger start runs of a workflow, in the transaction that deletes it. */
export async function dropTriggers({ now }: PutDeps, tx: ServerTx, ref: WorkflowTriggers): Promise<void> {
  await putTriggers(tx, ref, null, [], now())
  await putVersionSchedules(tx, ref)
}
