import type { ConnectionRow, SecretRow } from '../tables/secret-tables.ts'
import { FORMATS } from './cipher.ts'

/** Columns of a connection that decide where its secrets are sent: they are bound to it. */
export type SealedConnection = Pick<
  ConnectionRow,
  'tenant_id' | 'connection_id' | 'connector' | 'field_values' | 'allowed_hosts'
>

/**
 * Returns what the value of a row is bound to, the additional data of its encryption. A value that was moved to another
 * tenant, workflow, connection, id, field or key cannot be decrypted, and neither can that of a connection whose connector,
 * hosts or other fields were changed in the database.
 *
 * @param connection - The connection of the value; `null` for a secret param.
 * @param format - First byte of the ciphertext: those of earlier versions are bound to less, until keys are rotated.
 */
export function boundTo(
  row: Omit<SecretRow, 'sealed' | 'set_at' | 'in_version'>,
  connection: SealedConnection | null,
  format: number | undefined,
): readonly string[] {
  const { tenant_id, workflow_id, connection_id, secret_id, field, data_key_id } = row
  if (format === FORMATS.first) {
    return workflow_id !== null
      ? [tenant_id, workflow_id, secret_id, field]
      : ['connection', tenant_id, `${connection_id}`, secret_id, field, data_key_id]
  }
  if (connection === null) return ['param 2', tenant_id, `${workflow_id}`, secret_id, field, data_key_id]
  const { connector, field_values: values, allowed_hosts: hosts } = connection
  const owner = [connection.tenant_id, connection.connection_id, connector, sorted(values), hosts]
  return ['connection 2', tenant_id, `${connection_id}`, secret_id, field, data_key_id, ...owner]
}

/** The order of the fields has no meaning. */
function sorted(values: string): string {
  return JSON.stringify(Object.entries(JSON.parse(values) as object).sort(([a], [b]) => (a < b ? -1 : 1)))
}
