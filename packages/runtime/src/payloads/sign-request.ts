import { createHash, createHmac } from 'node:crypto'

/** Credentials of an account at a store with the API of Amazon S3. */
export interface S3Credentials {
  /** Public id of the key. */
  readonly accessKeyId: string
  /** Secret of the key. */
  readonly secretAccessKey: string
  /** Token of temporary credentials. @defaultValue none */
  readonly sessionToken?: string
}

/** A request to sign. */
export interface RequestToSign {
  readonly method: string
  readonly url: URL
  readonly region: string
  readonly credentials: S3Credentials
  /** Body as text; empty without one. */
  readonly body: string
  /** Time of the request, in milliseconds since the Unix epoch. */
  readonly at: number
}

const ALGORITHM = 'AWS4-HMAC-SHA256'

/**
 * Returns the headers that sign a request to S3 with version 4 of the signatures of AWS.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
 */
export function signRequest({ method, url, region, credentials, body, at }: RequestToSign): Record<string, string> {
  const time = new Date(at).toISOString().replaceAll(/[-:]|\.\d{3}/g, '')
  const day = time.slice(0, 8)
  const bodyHash = sha256(body)
  const headers: Record<string, string> = {
    host: url.host,
    'x-amz-content-sha256': bodyHash,
    'x-amz-date': time,
    ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }),
  }
  const names = Object.keys(headers).sort()
  const signed = names.join(';')
  const query = [...url.searchParams]
    .map(([name, value]) => `${encodeForS3(name)}=${encodeForS3(value)}`)
    .sort()
    .join('&')
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join('')
  const canonical = [method, url.pathname, query, lines, signed, bodyHash].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const keyOfDay = ['s3', 'aws4_request'].reduce(
    (key, part) => hmac(key, part),
    hmac(hmac(`AWS4${credentials.secretAccessKey}`, day), region),
  )
  const signature = hmac(keyOfDay, [ALGORITHM, time, scope, sha256(canonical)].join('\n')).toString('hex')
  // The client sets the host itself.
  const { host: _host, ...sent } = headers
  const credential = `${credentials.accessKeyId}/${scope}`
  return {
    ...sent,
    authorization: `${ALGORITHM} Credential=${credential}, SignedHeaders=${signed}, Signature=${signature}`,
  }
}

/** Encodes all but unreserved characters; `encodeURIComponent` leaves some more. */
export function encodeForS3(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest()
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
