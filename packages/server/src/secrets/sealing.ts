import type { Identity } from '@tenon/core/api'
import type { WorkflowDocument } from '@tenon/core/document'
import type * as Y from 'yjs'
import type { ServerContext } from '../context.ts'
import type { DraftRef } from '../tables/draft-repository.ts'
import type { SecretRow } from '../tables/secret-tables.ts'
import { sealDocument, sealDraft } from './seal-document.ts'

/** Replaces values in secret params of a draft by markers; null if there are none. The rows go with its update. */
export type Sealing = (ydoc: Y.Doc) => readonly SecretRow[] | null

type SealContext = Pick<ServerContext, 'secrets' | 'secretFields' | 'textFields' | 'now'>
type Author = Pick<Identity, 'displayName'>

const NOTHING_TO_SEAL: Sealing = () => null

/**
 * Prepares the encryption of values that a user writes into secret params of a draft. Call it outside of transactions.
 *
 * @throws {@link TenonError} `UNAVAILABLE` when the key provider fails; never on a server without secret params.
 */
export async function openSealing(
  server: SealContext,
  { tenantId, workflowId }: DraftRef,
  { displayName }: Author,
): Promise<Sealing> {
  if (server.secretFields.size === 0) return NOTHING_TO_SEAL
  const seal = await server.secrets.openSeal(tenantId)
  const { secretFields: fields, textFields, now } = server
  return (ydoc) =>
    sealDraft(ydoc, { fields, textFields }, seal, {
      ...{ tenantId, owner: { workflowId }, setBy: displayName, at: now() },
    })
}

/** The same for a document that becomes a draft. */
export async function sealNewDocument(
  server: SealContext,
  document: WorkflowDocument,
  { tenantId, workflowId }: DraftRef,
  { displayName }: Author,
): Promise<{ readonly document: WorkflowDocument; readonly rows: readonly SecretRow[] }> {
  if (server.secretFields.size === 0) return { document, rows: [] }
  const seal = await server.secrets.openSeal(tenantId)
  const author = { tenantId, owner: { workflowId }, setBy: displayName, at: server.now() }
  return sealDocument(document, server.secretFields, seal, author)
}
