export { attachWebSockets } from './attach-web-sockets.ts'
export { type NodeHandler, toNodeHandler } from './to-node-handler.ts'
