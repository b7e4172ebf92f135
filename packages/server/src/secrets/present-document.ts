import { type Identity, roleAllows } from '@tenon/core/api'
import type { WorkflowDocument } from '@tenon/core/document'
import { hideSecrets, maskDocument } from '@tenon/core/mask'
import type { ServerContext } from '../context.ts'
import type { DraftState } from '../drafts/read-draft-state.ts'

/**
 * A document as a caller may see it: no caller sees the value of a secret param, and a caller who may not write sees no
 * credential in headers, URLs and texts either.
 */
export function presentDocument(
  { registry }: Pick<ServerContext, 'registry'>,
  { role }: Pick<Identity, 'role'>,
  document: WorkflowDocument,
): WorkflowDocument {
  return roleAllows(role, 'workflow:write')
    ? hideSecrets(document, registry.manifest)
    : maskDocument(document, registry.manifest)
}

/** A draft as a caller may see it. */
export function presentDraft(
  server: Pick<ServerContext, 'registry'>,
  identity: Pick<Identity, 'role'>,
  state: DraftState,
): DraftState {
  return { ...state, document: presentDocument(server, identity, state.document) }
}
