import { createHash } from 'node:crypto'
import { TenonError } from '@tenon/core/errors'
import { aFunction, checkOptions, httpUrl, isOptionObject, optional, optionFault, text } from '@tenon/core/options'
import { AwsV4Signer } from 'aws4fetch'
import { XMLParser } from 'fast-xml-parser'
import { pause } from '../pause.ts'
import type { PayloadObject, PayloadStore } from './payload-store.ts'

/** Credentials of an account at a store with the API of Amazon S3. */
export interface S3Credentials {
  /** Public id of the key. */
  readonly accessKeyId: string
  /** Secret of the key. */
  readonly secretAccessKey: string
  /** Token of temporary credentials. @defaultValue none */
  readonly sessionToken?: string
}

/** Options of {@link s3PayloadStore}. */
export interface S3PayloadStoreOptions {
  /** Address of the service: `https://s3.eu-central-1.amazonaws.com`. The bucket becomes the first part of the path. */
  readonly endpoint: string
  /** Bucket that holds the values. */
  readonly bucket: string
  /** Region for which requests are signed. */
  readonly region: string
  /** Credentials, or a function that returns those to use now, such as temporary ones. */
  readonly credentials: S3Credentials | (() => S3Credentials | Promise<S3Credentials>)
  /** Beginning of all keys: `tenon/`. @defaultValue none */
  readonly prefix?: string
  /** Sends the requests, which go to `endpoint` only. @defaultValue the global `fetch` */
  readonly fetch?: typeof fetch
}

const MAX_TRIES = 3
const FIRST_PAUSE_MS = 200

/**
 * Creates a payload store on Amazon S3, or any service with its API (MinIO, Ceph, R2, GCS). The bucket must be there, and
 * the credentials must allow to put, get, delete and list its objects. Requests are signed (version 4); those that fail
 * for a while are sent up to three times.
 *
 * The endpoint is a setting of the host, as that of the database is: requests do not pass the guard of nodes.
 *
 * @throws {@link TenonError} `OPTIONS_INVALID`.
 *
 * @example
 * ```ts
 * const payloadStore = s3PayloadStore({
 *   endpoint: 'https://s3.eu-central-1.amazonaws.com', region: 'eu-central-1', bucket: 'acme-tenon',
 *   credentials: { accessKeyId, secretAccessKey },
 * })
 * ```
 */
export function s3PayloadStore(options: S3PayloadStoreOptions): PayloadStore {
  checkOptions('s3PayloadStore', options, {
    endpoint: httpUrl,
    bucket: text,
    region: text,
    credentials: (value, field) =>
      typeof value === 'function' || (isOptionObject(value) && typeof value.secretAccessKey === 'string')
        ? []
        : optionFault(field, `${field} must be { accessKeyId, secretAccessKey } or a function that returns them`),
    prefix: optional(text),
    fetch: optional(aFunction('fetch must be a function as the global one')),
  })
  const { bucket, region, credentials, prefix = '' } = options
  const base = options.endpoint.replace(/\/+$/, '')
  const send = async (method: string, path: string, request: S3Request): Promise<Response> => {
    const url = new URL(`${base}/${encodeForS3(bucket)}${path}`)
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, value)
    // As it is signed: a space is %20 and not +.
    url.search = [...url.searchParams].map(([name, value]) => `${encodeForS3(name)}=${encodeForS3(value)}`).join('&')
    const { body = '', abortSignal } = request
    for (let tries = 1; ; tries += 1) {
      const given = typeof credentials === 'function' ? await credentials() : credentials
      const signed = await new AwsV4Signer({
        ...{ ...given, url: url.href, method, body, region, service: 's3' },
        headers: { 'x-amz-content-sha256': createHash('sha256').update(body).digest('hex') },
      }).sign()
      const sent = { method, headers: signed.headers, redirect: 'manual', signal: abortSignal } as const
      const response = await (options.fetch ?? fetch)(url, body === '' ? sent : { ...sent, body }).catch(
        (error: unknown) => {
          if (tries === MAX_TRIES || abortSignal.aborted) throw error
          return null
        },
      )
      if (response !== null && (!isBusy(response.status) || tries === MAX_TRIES)) return response
      await response?.body?.cancel()
      await pause(FIRST_PAUSE_MS * 2 ** (tries - 1), abortSignal)
    }
  }
  const pathOf = (key: string): string => `/${`${prefix}${key}`.split('/').map(encodeForS3).join('/')}`
  return {
    put: async (key, body, abortSignal) => {
      const response = await send('PUT', pathOf(key), { body, abortSignal })
      if (!response.ok) throw await refusalOf(response)
      await response.body?.cancel()
    },
    get: async (key, abortSignal) => {
      const response = await send('GET', pathOf(key), { abortSignal })
      if (!response.ok) throw await refusalOf(response)
      return response.text()
    },
    delete: async (key, abortSignal) => {
      const response = await send('DELETE', pathOf(key), { abortSignal })
      if (!response.ok && response.status !== 404) throw await refusalOf(response)
      await response.body?.cancel()
    },
    list: async (start, cursor, abortSignal) => {
      const query = {
        'list-type': '2',
        'encoding-type': 'url',
        prefix: `${prefix}${start}`,
        ...(cursor === null ? {} : { 'continuation-token': cursor }),
      }
      const response = await send('GET', '', { query, abortSignal })
      if (!response.ok) throw await refusalOf(response)
      return readList(await response.text(), prefix)
    },
  }
}

interface S3Request {
  readonly query?: Readonly<Record<string, string>>
  readonly body?: string
  readonly abortSignal: AbortSignal
}

function isBusy(status: number): boolean {
  return status >= 500 || status === 429
}

/** Reads the code of an error; its message may contain keys and ids of the account. */
async function refusalOf(response: Response): Promise<TenonError> {
  const code = codeOf(await response.text())
  const answer = code === null ? String(response.status) : `${response.status} ${code}`
  return new TenonError('PAYLOAD_UNAVAILABLE', `The payload store answered ${answer}`)
}

/** Returns the code of an error of S3; null for another answer, such as a page of a proxy. */
function codeOf(text: string): string | null {
  try {
    const parsed: { readonly Error?: { readonly Code?: unknown } } = xml.parse(text)
    const code = parsed.Error?.Code
    return typeof code === 'string' && /^[A-Za-z]{1,60}$/.test(code) ? code : null
  } catch {
    return null
  }
}

const xml = new XMLParser({ parseTagValue: false, isArray: (name) => name === 'Contents' })

/** Part of a list of objects that is read. @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html */
interface ListBucketResult {
  readonly Contents?: readonly { readonly Key: string; readonly LastModified: string }[]
  readonly NextContinuationToken?: string
}

function readList(text: string, prefix: string): Awaited<ReturnType<PayloadStore['list']>> {
  const parsed: { readonly ListBucketResult?: ListBucketResult | '' } = xml.parse(text)
  const { Contents = [], NextContinuationToken: nextCursor = null } = parsed.ListBucketResult || {}
  const items = Contents.map(
    ({ Key, LastModified }): PayloadObject => ({
      key: decodeURIComponent(Key.replaceAll('+', ' ')).slice(prefix.length),
      storedAt: Date.parse(LastModified),
    }),
  )
  return { items, nextCursor }
}

/** Encodes all but unreserved characters; `encodeURIComponent` leaves some more. */
function encodeForS3(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
