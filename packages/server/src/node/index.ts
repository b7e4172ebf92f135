export { localKeyProvider } from '../secrets/local-key-provider.ts'
export { attachWebSockets } from './attach-web-sockets.ts'
export type { NodeRequest, NodeResponse, NodeServer, NodeStream } from './node-types.ts'
export { type NodeHandler, toNodeHandler } from './to-node-handler.ts'
