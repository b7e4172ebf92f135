import type { PostgresLogin, SmtpLogin } from '@tenon/runtime/egress'

type Texts = Readonly<Record<string, string>>

const HOST = /^([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[?[0-9a-f:.]*:[0-9a-f:.]*\]?)$/i
const PEM = /^-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----$/

/** Returns what is wrong with the fields of an account at a server that is not reached by HTTP, by name. */
export function loginFaults(
  { host = '', port = '', ca = '', username = '' }: Texts,
  hasPassword: boolean,
): readonly (readonly [string, string])[] {
  const faults: [string, string][] = []
  if (hasPassword !== (username !== '')) {
    faults.push(['username', 'Enter a user name and a password, or none of them'])
  }
  if (host !== '' && (host.length > 253 || !HOST.test(host))) {
    faults.push(['host', 'Write the name or the address of the server alone, such as db.example.com'])
  }
  if (port !== '' && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535)) {
    faults.push(['port', 'Write a number from 1 to 65535'])
  }
  if (ca.trim() !== '' && !PEM.test(ca.trim())) {
    faults.push(['ca', 'Paste one certificate in PEM: -----BEGIN CERTIFICATE----- …'])
  }
  return faults
}

export function postgresLogin(values: Texts, password: string): PostgresLogin {
  const { access, tls } = values
  return {
    ...{
      kind: 'postgres',
      ...serverOf(values),
      database: values.database ?? '',
      user: values.username ?? '',
      password,
    },
    access: access === 'write' || access === 'insert' ? access : 'read',
    tls: tls === 'off' || tls === 'encrypt' ? tls : 'verify',
  }
}

export function smtpLogin(values: Texts, password: string | null): SmtpLogin {
  const { username = '', tls } = values
  return {
    ...{ kind: 'smtp', ...serverOf(values), user: username === '' ? null : username, password },
    tls: tls === 'off' || tls === 'starttls' ? tls : 'tls',
  }
}

function serverOf({ host = '', port = '', ca = '' }: Texts) {
  return { host, port: Number(port), ca: readPem(ca) }
}

/** Restores the lines of a certificate, which a field of one line has lost. */
function readPem(text: string): string | null {
  const [, base64 = ''] = PEM.exec(text.trim()) ?? []
  const lines = base64.replace(/\s+/g, '').match(/.{1,64}/g) ?? []
  return lines.length === 0
    ? null
    : ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}
