export { createParcelNodes, type ParcelNodesOptions } from './implementation.ts'
