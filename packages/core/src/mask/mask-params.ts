import { isSecretMarker, secretParamsOf } from '../document/secret-marker.ts'
import type { WorkflowDocument, WorkflowNode } from '../document/types.ts'
import { nodeTypeKey } from '../ids.ts'
import { isJsonObject, type Json, type JsonObject, type JsonSchema } from '../json.ts'
import type { NodeManifest } from '../node/definition.ts'
import { maskCredentials } from './mask-credentials.ts'
import { MASK } from './mask-text.ts'

/**
 * Masks params for readers who may see but not use them: credentials by {@link maskCredentials}, and secret params with
 * a value instead of a marker, as in versions from before secrets were stored separately.
 *
 * @param schema - `params` of the manifest entry.
 * @returns The same value if there is nothing to mask.
 */
export function maskParams<Params extends Json>(schema: JsonSchema, params: Params): Params {
  const masked = maskCredentials(params)
  if (!isJsonObject(masked)) return masked
  const plain = secretParamsOf(schema).filter((name) => Object.hasOwn(masked, name) && !isSecretMarker(masked[name]))
  if (plain.length === 0) return masked
  return { ...(masked as JsonObject), ...Object.fromEntries(plain.map((name) => [name, MASK])) } as Json as Params
}

/** Hides the values of secret params that a document holds instead of markers, for callers who may edit it. */
export function hideSecrets(document: WorkflowDocument, manifest: Pick<NodeManifest, 'nodes'>): WorkflowDocument {
  const schemas = schemasOf(manifest)
  return mapParams(
    document,
    (node, schema) => {
      const plain = secretParamsOf(schema).filter(
        (name) => Object.hasOwn(node.params, name) && !isSecretMarker(node.params[name]),
      )
      return plain.length === 0
        ? node.params
        : { ...node.params, ...Object.fromEntries(plain.map((name) => [name, MASK])) }
    },
    schemas,
  )
}

/** Masks every credential in a document, for callers who may only read it. */
export function maskDocument(document: WorkflowDocument, manifest: Pick<NodeManifest, 'nodes'>): WorkflowDocument {
  return mapParams(document, (node, schema) => maskParams(schema, node.params), schemasOf(manifest))
}

type Schemas = ReadonlyMap<string, JsonSchema>

function schemasOf(manifest: Pick<NodeManifest, 'nodes'>): Schemas {
  return new Map(manifest.nodes.map(({ type, version, params }) => [nodeTypeKey(type, version), params]))
}

function mapParams(
  document: WorkflowDocument,
  change: (node: WorkflowNode, schema: JsonSchema) => WorkflowNode['params'],
  schemas: Schemas,
): WorkflowDocument {
  const nodes = document.nodes.map((node) => {
    const params = change(node, schemas.get(nodeTypeKey(node.type, node.typeVersion)) ?? true)
    return params === node.params ? node : { ...node, params }
  })
  return nodes.some((node, index) => node !== document.nodes[index]) ? { ...document, nodes } : document
}
