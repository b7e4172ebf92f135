import { z } from 'zod'
import { defineRoute } from '../route.ts'
import { fileInfoSchema, fileLinkRequestSchema, fileLinkSchema, streamSchema, uploadQuery } from '../schemas/file.ts'
import { idParam, NO_PARAMS, NO_QUERY } from './shared.ts'

const tag = 'Files'
const fileParams = z.object({ fileId: idParam })
const contentSchema = z.string().meta({ format: 'binary' })

/** Common part of the routes that answer with the bytes of a file. */
const CONTENT = {
  method: 'GET',
  tag,
  query: z.object({ inline: z.enum(['true', 'false']).exactOptional() }),
  headers: {
    range: { description: 'One range of bytes, such as `bytes=0-1023`' },
    'if-range': { description: 'ETag of the content that the range is of; another content is sent whole' },
  },
  body: null,
  responses: {
    200: { description: 'The content', schema: contentSchema, contentType: '*/*' },
    206: { description: 'The range of the content', schema: contentSchema, contentType: '*/*' },
  },
} as const

export const fileRoutes = {
  uploadFile: defineRoute({
    id: 'uploadFile',
    method: 'POST',
    path: '/files',
    tag,
    summary: 'Upload a file: the body is its content. It is deleted after a day unless a run contains its reference',
    permission: 'file:write',
    resource: null,
    params: NO_PARAMS,
    query: uploadQuery,
    body: streamSchema,
    streamBody: true,
    responses: { 201: { description: 'The file', schema: fileInfoSchema } },
    errors: [
      'FILE_TOO_LARGE',
      'FILE_QUOTA_EXCEEDED',
      'FILE_TYPE_REFUSED',
      'FILE_TYPE_MISMATCH',
      'FILE_REFUSED',
      'FILE_UNAVAILABLE',
      'REQUEST_BODY_CONSUMED',
    ],
  }),
  getFile: defineRoute({
    id: 'getFile',
    method: 'GET',
    path: '/files/{fileId}',
    tag,
    summary: 'Read what is known about a file',
    permission: 'file:read',
    resource: 'file',
    params: fileParams,
    query: NO_QUERY,
    body: null,
    responses: { 200: { description: 'The file', schema: fileInfoSchema } },
    errors: [],
  }),
  getFileContent: defineRoute({
    ...CONTENT,
    id: 'getFileContent',
    path: '/files/{fileId}/content',
    summary: 'Download a file, or a range of its bytes',
    permission: 'file:read',
    resource: 'file',
    params: fileParams,
    errors: ['FILE_RANGE_INVALID', 'FILE_UNAVAILABLE'],
  }),
  createFileLink: defineRoute({
    id: 'createFileLink',
    method: 'POST',
    path: '/files/{fileId}/link',
    tag,
    summary:
      'Make a link to the content that works without signing in, for 5 minutes unless the request says otherwise',
    permission: 'file:read',
    resource: 'file',
    params: fileParams,
    query: NO_QUERY,
    body: fileLinkRequestSchema,
    bodyOptional: true,
    responses: { 200: { description: 'The link', schema: fileLinkSchema } },
    errors: ['KEY_PROVIDER_REQUIRED', 'UNAVAILABLE'],
  }),
  downloadFile: defineRoute({
    ...CONTENT,
    id: 'downloadFile',
    path: '/file-content/{token}',
    summary: 'Download a file by a link',
    permission: 'public',
    rate: 'callback',
    resource: null,
    params: z.object({ token: z.string().min(1).max(2_000) }),
    errors: [
      'FILE_LINK_INVALID',
      'FILE_NOT_FOUND',
      'FILE_RANGE_INVALID',
      'FILE_UNAVAILABLE',
      'RATE_LIMITED',
      'KEY_PROVIDER_REQUIRED',
      'UNAVAILABLE',
    ],
  }),
  deleteFile: defineRoute({
    id: 'deleteFile',
    method: 'DELETE',
    path: '/files/{fileId}',
    tag,
    summary: 'Delete a file that no run contains',
    permission: 'file:write',
    resource: 'file',
    params: fileParams,
    query: NO_QUERY,
    body: null,
    responses: { 204: { description: 'The file is deleted', schema: null } },
    errors: ['FILE_IN_USE'],
  }),
}
