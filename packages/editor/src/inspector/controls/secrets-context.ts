import type { SecretMarker } from '@tenon/core/document'
import { createContext } from 'react'

/** The value of a secret param, on its way to where it is kept. */
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

/** Stores the value of a secret param and answers the marker that takes its place in the document. */
export type SetSecret = (secret: SecretToSet) => Promise<SecretMarker>

/** Null where no value can be stored: a controlled editor whose host gives no `onSetSecret`. */
export const SecretsContext = createContext<SetSecret | null>(null)
