export { type BuiltInNodesOptions, createBuiltInNodes } from './built-in-nodes.ts'
