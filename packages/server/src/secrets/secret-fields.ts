import { nodeTypeKey, secretParamsOf } from '@tenon/core/document'
import type { NodeManifest } from '@tenon/core/node'

/** The secret params of node types by `type@version`; types without one are left out. */
export type SecretFields = ReadonlyMap<string, readonly string[]>

export function secretFieldsIn(manifest: NodeManifest): SecretFields {
  return new Map(
    manifest.nodes.flatMap(({ type, version, params }) => {
      const names = secretParamsOf(params)
      return names.length === 0 ? [] : [[nodeTypeKey(type, version), names] as const]
    }),
  )
}

/** Names a secret param of a node type: what its value is bound to. */
export function fieldOf(type: string, param: string): string {
  return `${type}.${param}`
}
