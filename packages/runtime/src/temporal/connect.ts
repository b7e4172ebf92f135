import type { TemporalEngineOptions } from './options.ts'

/** What `Connection.connect` and `NativeConnection.connect` take. */
export function connectionOptions({ address, apiKey, tls }: TemporalEngineOptions) {
  return { address, ...(apiKey === undefined ? {} : { apiKey }), ...(tls === undefined ? {} : { tls }) }
}
