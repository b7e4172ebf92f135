import type { DataTablesClient, KeyValuesClient } from './data-client.ts'
import type { FilesClient, UploadContent } from './files-client.ts'
import type { TenonClientOptions } from './options.ts'
import { path, sendingOf } from './request-parts.ts'
import { createRequester, createTransport, type Requester, type Transport } from './transport.ts'

export function fileMethods(open: Requester, send: Transport, options: TenonClientOptions): FilesClient {
  const contentOf = (fileId: string) => path`/files/${fileId}/content`
  return {
    upload: async (content, { name, type = typeOf(content) }, { onProgress, ...request } = {}) => {
      const upload = { method: 'POST', path: '/files', query: { name, type }, content, ...sendingOf(request) } as const
      if (onProgress === undefined || content instanceof ReadableStream || options.fetch !== undefined)
        return send(upload)
      // Only this interface of browsers reports progress; most callers need none.
      const { progressFetch } = await import('./progress-fetch.ts')
      return createTransport(createRequester({ ...options, fetch: progressFetch(onProgress) }))(upload)
    },
    get: (fileId, request) => send({ method: 'GET', path: path`/files/${fileId}`, ...sendingOf(request) }),
    download: (fileId, { start, end } = {}, request) =>
      open({
        method: 'GET',
        path: contentOf(fileId),
        ...(start === undefined && end === undefined
          ? {}
          : { headers: { range: `bytes=${start ?? 0}-${end === undefined ? '' : end - 1}` } }),
        ...sendingOf(request),
      }),
    link: (fileId, body, request) =>
      send({ method: 'POST', path: path`/files/${fileId}/link`, body: body ?? {}, ...sendingOf(request) }),
    remove: (fileId, request) => send({ method: 'DELETE', path: path`/files/${fileId}`, ...sendingOf(request) }),
  }
}

export function dataTableMethods(open: Requester, send: Transport): DataTablesClient {
  const at = (tableId: string) => path`/data-tables/${tableId}`
  return {
    list: (query, request) => send({ method: 'GET', path: '/data-tables', query, ...sendingOf(request) }),
    create: (body, request) => send({ method: 'POST', path: '/data-tables', body, ...sendingOf(request) }),
    get: (id, request) => send({ method: 'GET', path: at(id), ...sendingOf(request) }),
    update: (id, body, request) => send({ method: 'PATCH', path: at(id), body, ...sendingOf(request) }),
    remove: (id, request) => send({ method: 'DELETE', path: at(id), ...sendingOf(request) }),
    rows: (id, query, request) =>
      send({ method: 'POST', path: `${at(id)}/query`, body: query ?? {}, ...sendingOf(request) }),
    addRow: (id, values, request) =>
      send({ method: 'POST', path: `${at(id)}/rows`, body: { values }, ...sendingOf(request) }),
    updateRow: (id, rowId, body, request) =>
      send({ method: 'PATCH', path: `${at(id)}/rows/${rowId}`, body, ...sendingOf(request) }),
    removeRow: (id, rowId, request) =>
      send({ method: 'DELETE', path: `${at(id)}/rows/${rowId}`, ...sendingOf(request) }),
    exportCsv: (id, request) => open({ method: 'GET', path: `${at(id)}/export`, ...sendingOf(request) }),
  }
}

export function keyValueMethods(send: Transport): KeyValuesClient {
  return {
    list: (query, request) => send({ method: 'GET', path: '/key-values', query, ...sendingOf(request) }),
    set: (key, value, request) =>
      send({ method: 'PUT', path: '/key-values', body: { key, value }, ...sendingOf(request) }),
    remove: (key, request) => send({ method: 'DELETE', path: '/key-values', query: { key }, ...sendingOf(request) }),
  }
}

function typeOf(content: UploadContent): string | undefined {
  return content instanceof Blob && content.type !== '' ? content.type.replace(/;.*/, '').trim() : undefined
}
