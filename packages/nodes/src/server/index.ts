export { type BuiltInNodesOptions, createBuiltInNodes } from './create-built-in-nodes.ts'
