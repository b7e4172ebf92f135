/**
 * Creates a `fetch` for one upload that reports its progress, which only the older interface of browsers does.
 *
 * @param onProgress - Called with the bytes that were sent, and with all of them.
 */
export function progressFetch(onProgress: (sentBytes: number, totalBytes: number) => void): typeof fetch {
  return (input, given) =>
    new Promise<Response>((resolve, reject) => {
      const request = new XMLHttpRequest()
      // Always given: each upload has a method and a body.
      const init = given as RequestInit & { readonly method: string }
      const { signal } = init
      const stop = (): void => request.abort()
      const fail = (): void => reject(signal?.aborted === true ? signal.reason : new TypeError('The request failed'))
      request.open(init.method, String(input))
      request.responseType = 'arraybuffer'
      request.withCredentials = init.credentials === 'include'
      for (const [name, value] of new Headers(init.headers)) request.setRequestHeader(name, value)
      request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(loaded, total))
      request.addEventListener('load', () => resolve(new Response(request.response, responseOf(request))))
      request.addEventListener('error', fail)
      request.addEventListener('abort', fail)
      request.addEventListener('loadend', () => signal?.removeEventListener('abort', stop))
      signal?.addEventListener('abort', stop)
      if (signal?.aborted === true) fail()
      else request.send(init.body as XMLHttpRequestBodyInit)
    })
}

function responseOf(request: XMLHttpRequest): ResponseInit {
  const lines = request.getAllResponseHeaders().trim().split('\r\n')
  const headers = lines.map((line): [string, string] => {
    const at = line.indexOf(':')
    return [line.slice(0, at), line.slice(at + 1).trim()]
  })
  return { status: request.status, headers: headers.filter(([name]) => name !== '') }
}
