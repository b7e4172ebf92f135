import type { FileId, TenantId } from '@tenon/core/document'
import { createSignedTokens } from '../secrets/signed-tokens.ts'

/** The file that a link is for. */
export interface LinkedFile {
  readonly tenantId: TenantId
  readonly fileId: FileId
  /** Milliseconds since the Unix epoch. */
  readonly expiresAt: number
}

/** Makes and reads links to the content of files, which are a permission by themselves until they expire. */
export interface FileLinks {
  /** @throws {@link TenonError} `KEY_PROVIDER_REQUIRED`, `UNAVAILABLE`. */
  urlOf(file: LinkedFile): Promise<string>
  /**
   * Reads the last part of a link.
   *
   * @param beforeLookup - Called before the key of a tenant is read, which anyone can cause; it may throw.
   * @returns `null` if this server has not made it.
   * @throws {@link TenonError} `KEY_PROVIDER_REQUIRED`, `UNAVAILABLE`; the error of `beforeLookup`.
   */
  read(token: string, beforeLookup?: () => Promise<void>): Promise<LinkedFile | null>
}

const PURPOSE = 'tenon file link 1'

export function createFileLinks(secrets: Parameters<typeof createSignedTokens>[0], apiUrl: string): FileLinks {
  const tokens = createSignedTokens(secrets, PURPOSE)
  return {
    urlOf: async ({ tenantId, fileId, expiresAt }) =>
      `${apiUrl}/file-content/${await tokens.make(tenantId, [fileId, String(expiresAt)])}`,
    read: async (token, beforeLookup) => {
      const named = await tokens.read(token, 2, beforeLookup)
      const [fileId = '', expiresAt] = named?.names ?? []
      return named === null ? null : { tenantId: named.tenantId, fileId, expiresAt: Number(expiresAt) }
    },
  }
}
