import type { SecretMarker } from '@tenon/core/document'
import { createContext } from 'react'

/** Value of a secret param to store. */
export interface SecretToSet {
  /** Type of the node that has the param. */
  readonly nodeType: string
  /** Version of the node type, an integer from 1. */
  readonly typeVersion: number
  /** Name of the secret param. */
  readonly param: string
  /** Secret in plain text; send it over TLS only, and keep it out of logs. */
  readonly value: string
}

/** Stores the value of a secret param and returns the marker that replaces it in the document. */
export type SetSecret = (secret: SecretToSet) => Promise<SecretMarker>

/** Function that stores secrets; `null` in a controlled editor without `onSetSecret`. */
export const SecretsContext = createContext<SetSecret | null>(null)
