import '@xyflow/react/dist/style.css'
import './page.css'
import { type Edge, type Node, Position, ReactFlow, useEdgesState, useNodesState } from '@xyflow/react'
import { createRoot } from 'react-dom/client'
import { gridOf, readQuery } from './grid.ts'

const { count, viewport } = readQuery()
const grid = gridOf(count)
const sides = { sourcePosition: Position.Right, targetPosition: Position.Left }
const firstNodes: Node[] = grid.nodes.map(({ id, name, position }) => ({
  id,
  position,
  data: { label: name },
  ...sides,
}))
const firstEdges: Edge[] = grid.edges.map(({ id, source, target }) => ({ id, source, target }))

function BareFlow() {
  const [nodes, , onNodesChange] = useNodesState(firstNodes)
  const [edges, , onEdgesChange] = useEdgesState(firstEdges)
  const changes = { onNodesChange, onEdgesChange }
  return <ReactFlow nodes={nodes} edges={edges} {...changes} defaultViewport={viewport} minZoom={0.1} />
}

const app = document.getElementById('app')
if (app !== null) createRoot(app).render(<BareFlow />)
