import type { Identity } from '@tenon/core/api'
import { hideSecrets } from '@tenon/core/mask'
import type { ServerContext } from '../context.ts'
import type { DraftRef } from '../tables/draft-repository.ts'
import { changeDraft } from './change-draft.ts'
import { type DraftState, readDraftState } from './read-draft-state.ts'

/**
 * Reads a draft whose secret params hold markers only. A draft from before secrets were stored apart is changed first:
 * its values are encrypted and leave the draft.
 *
 * @throws {@link TenonError} as {@link changeDraft}.
 */
export async function readSealedDraft(
  server: ServerContext,
  ref: DraftRef,
  { userId }: Pick<Identity, 'userId'>,
): Promise<DraftState> {
  const state = await server.database.withTenant(ref.tenantId, (tx) => readDraftState(tx, ref))
  if (server.secretFields.size === 0) return state
  if (hideSecrets(state.document, server.registry.manifest) === state.document) return state
  // The first reader is not the person who set them.
  return changeDraft(server, ref, { userId, displayName: '' }, { operations: [] })
}
