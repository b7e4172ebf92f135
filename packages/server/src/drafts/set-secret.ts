import type { Identity, SetSecret } from '@tenon/core/api'
import { nodeTypeKey, type SecretMarker } from '@tenon/core/document'
import { TenonError } from '@tenon/core/errors'
import type { ServerContext } from '../context.ts'
import { fieldOf } from '../secrets/secret-fields.ts'
import { insertAudit } from '../tables/audit-repository.ts'
import type { DraftRef } from '../tables/draft-repository.ts'
import { insertSecrets } from '../tables/secret-repository.ts'
import { sweepSecrets } from './sweep-secrets.ts'

/**
 * Encrypts and stores the value of a secret param, and deletes values of the workflow that nothing refers to any more.
 *
 * @throws {@link TenonError} `REFERENCE_NOT_FOUND` for a param that is not secret, `UNAVAILABLE` when the key provider
 * fails, `QUOTA_EXCEEDED` when the tenant has too many secrets.
 */
export async function setSecret(
  server: ServerContext,
  { tenantId, workflowId }: DraftRef,
  identity: Identity,
  { nodeType, typeVersion, param, value }: SetSecret,
): Promise<SecretMarker> {
  const names = server.secretFields.get(nodeTypeKey(nodeType, typeVersion)) ?? []
  if (!names.includes(param)) {
    throw new TenonError('REFERENCE_NOT_FOUND', 'The node type has no secret param of this name', {
      details: { issues: [{ path: ['param'], code: 'not_found', message: 'No secret param has this name' }] },
    })
  }
  const seal = await server.secrets.openSeal(tenantId)
  const at = server.now()
  const field = fieldOf(nodeType, param)
  const { marker, row } = seal({ tenantId, owner: { workflowId }, field, setBy: identity.displayName, at }, value)
  await server.database.withTenant(tenantId, async (tx) => {
    // First: what it deletes makes room.
    await sweepSecrets(tx, { tenantId, workflowId }, at)
    await insertSecrets(tx, [row], server.limits.secretsPerTenant)
    const details = { field, secretId: marker.$secret }
    await insertAudit(tx, { identity, action: 'secret.set', resource: workflowId, at, details })
  })
  return marker
}
