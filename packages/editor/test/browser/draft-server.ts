import type { IncomingMessage, ServerResponse } from 'node:http'
import { readDraft, textFieldsOf, writeDocument } from '@tenon/core/collab'
import type { WorkflowDocument } from '@tenon/core/document'
import { fromBase64, toBase64 } from 'lib0/buffer'
import * as Y from 'yjs'
import { versionOf } from '../fixtures/fixture-answers.ts'
import { SMALL_MANIFEST } from '../fixtures/small-manifest.ts'
import { STORED_WORKFLOW } from '../fixtures/stored-workflow.ts'

/** An API with one draft and without sockets, as a host that has not attached them offers it. */
export interface DraftServer {
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void
  readonly document: () => WorkflowDocument
  readonly description: () => string
  /** Renames a node, as another person does. */
  readonly rename: (nodeId: string, name: string) => void
  /** Puts something that no reader understands in place of a node, as a faulty client does. */
  readonly spoil: (nodeId: string) => void
  /** Deletes the workflow, as another person does. */
  readonly remove: () => void
  /** Keys of everything that is stored as a node, readable or not. */
  readonly nodeKeys: () => readonly string[]
}

export function createDraftServer(first: WorkflowDocument): DraftServer {
  const stored = new Y.Doc()
  writeDocument(stored, first, textFieldsOf(SMALL_MANIFEST))
  let workflow = STORED_WORKFLOW
  let isDeleted = false
  // Version 4 has added the node `c`.
  const [before, latest] = [versionOf('3', withoutNode(first, 'c')), versionOf('4', first)]
  const answers: Readonly<Record<string, (body: Readonly<Record<string, string>>) => unknown>> = {
    'GET /api/me': () => ({ userId: 'u-ada', displayName: 'Ada Obi', role: 'editor', tenantId: 'acme' }),
    'GET /api/nodes': () => SMALL_MANIFEST,
    'GET /api/workflows/wf': () => ({ ...workflow, deletedAt: isDeleted ? '2026-11-20T10:00:00.000Z' : null }),
    'PATCH /api/workflows/wf': (changes) => {
      workflow = { ...workflow, ...changes }
      return workflow
    },
    'GET /api/workflows/wf/versions': () => ({
      items: [latest, before].map(({ document: _, ...version }) => version),
      nextCursor: null,
    }),
    'GET /api/workflows/wf/versions/4': () => latest,
    'GET /api/workflows/wf/versions/3': () => before,
    'POST /api/workflows/wf/restore': () => {
      isDeleted = false
      return workflow
    },
    'POST /api/socket-tickets': () => ({ ticket: 'ticket', expiresAt: new Date().toISOString() }),
    'POST /api/workflows/wf/draft/sync': ({ stateVector = '', update }) => {
      if (update !== undefined) Y.applyUpdate(stored, fromBase64(update))
      return {
        update: toBase64(Y.encodeStateAsUpdate(stored, fromBase64(stateVector))),
        stateVector: toBase64(Y.encodeStateVector(stored)),
        saved: true,
        etag: '"1"',
      }
    },
  }
  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { pathname } = new URL(request.url ?? '/', 'http://api')
    const route = `${request.method} ${pathname}`
    const isGone = isDeleted && pathname.startsWith('/api/workflows/wf') && !OF_DELETED.has(route)
    const answer = isGone ? undefined : answers[route]
    const text = Buffer.concat(chunks).toString()
    const json = answer?.(text === '' ? {} : JSON.parse(text)) ?? (isGone ? GONE : NO_ROUTE)
    response
      .writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
      .end(JSON.stringify(json))
  }
  return {
    handle: (request, response) => void respond(request, response),
    document: () => readDraft(stored).document,
    description: () => workflow.description,
    rename: (nodeId, name) => {
      const node = stored.getMap<Y.Map<unknown>>('nodes').get(nodeId)
      node?.set('name', name)
    },
    remove: () => {
      isDeleted = true
    },
    spoil: (nodeId) => void stored.getMap('nodes').set(nodeId, 'spoiled'),
    nodeKeys: () => [...stored.getMap('nodes').keys()].sort(),
  }
}

/** Routes that find a deleted workflow. */
const OF_DELETED: ReadonlySet<string> = new Set(['GET /api/workflows/wf', 'POST /api/workflows/wf/restore'])
const GONE = Object.freeze({ code: 'WORKFLOW_NOT_FOUND', detail: 'No workflow has this id' })
const NO_ROUTE = Object.freeze({ code: 'ROUTE_NOT_FOUND', detail: 'No such route' })

function withoutNode(document: WorkflowDocument, nodeId: string): WorkflowDocument {
  return {
    ...document,
    nodes: document.nodes.filter(({ id }) => id !== nodeId),
    edges: document.edges.filter(({ source, target }) => source !== nodeId && target !== nodeId),
  }
}
