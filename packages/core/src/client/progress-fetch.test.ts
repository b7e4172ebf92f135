import { afterEach, describe, expect, test, vi } from 'vitest'
import { createTenonClient } from './tenon-client.ts'

/** The part of the interface of browsers that an upload uses; each request ends as the test says. */
class FakeRequest extends EventTarget {
  static readonly sent: FakeRequest[] = []
  static end: (request: FakeRequest) => void = () => undefined
  readonly upload = new EventTarget()
  readonly headers: Record<string, string> = {}
  responseType = ''
  withCredentials = false
  status = 201
  response: ArrayBuffer | string = '{"hash":"x"}'
  answer = 'content-type: application/json\r\nx-empty:\r\n'
  opened: readonly string[] = []
  body: unknown
  open(...opened: readonly string[]): void {
    this.opened = opened
  }
  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value
  }
  getAllResponseHeaders(): string {
    return this.answer
  }
  send(body: unknown): void {
    this.body = body
    FakeRequest.sent.push(this)
    FakeRequest.end(this)
  }
  abort(): void {
    this.emit('abort')
  }
  emit(name: string): void {
    this.dispatchEvent(new Event(name))
    this.dispatchEvent(new Event('loadend'))
  }
}

function upload(abortSignal?: AbortSignal, token: string | null = 'secret') {
  vi.stubGlobal('XMLHttpRequest', FakeRequest)
  const client = createTenonClient({ baseUrl: 'https://app.example', getToken: () => token })
  const seen: (readonly [number, number])[] = []
  const onProgress = (sent: number, total: number) => void seen.push([sent, total])
  const options = { onProgress, ...(abortSignal === undefined ? {} : { abortSignal }) }
  return { seen, done: client.files.upload(new Uint8Array([1]), { name: 'a' }, options) }
}

describe('an upload with progress', () => {
  afterEach(() => {
    vi.unstubAllGlobals()
    FakeRequest.sent.length = 0
  })

  test('is a request like any other, and reports its bytes', async () => {
    FakeRequest.end = (request) => {
      request.upload.dispatchEvent(Object.assign(new Event('progress'), { loaded: 1, total: 2 }))
      request.emit('load')
    }
    const { done, seen } = upload(new AbortController().signal)
    expect(await done).toEqual({ hash: 'x' })
    expect(seen).toEqual([[1, 2]])
    const [request] = FakeRequest.sent
    expect(request?.opened).toEqual(['POST', 'https://app.example/files?name=a'])
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer secret',
      'content-type': 'application/octet-stream',
    })
    expect(request?.withCredentials).toBe(false)
  })

  test('fails as any request does', async () => {
    FakeRequest.end = (request) => {
      request.status = 502
      request.answer = ''
      request.emit('load')
    }
    await expect(upload(undefined, null).done).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(FakeRequest.sent[0]?.withCredentials).toBe(true)
    FakeRequest.end = (request) => request.emit('error')
    await expect(upload().done).rejects.toMatchObject({ code: 'UNAVAILABLE', message: 'The server is unreachable' })
  })

  test('is aborted before or while it is sent', async () => {
    const stop = new AbortController()
    FakeRequest.end = () => stop.abort(new RangeError('stop'))
    await expect(upload(stop.signal).done).rejects.toThrow('stop')
    await expect(upload(stop.signal).done).rejects.toThrow('stop')
    expect(FakeRequest.sent).toHaveLength(1)
  })
})
