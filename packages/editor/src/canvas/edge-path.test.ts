import { Position } from '@xyflow/react'
import { describe, expect, test } from 'vitest'
import { edgePath } from './edge-path.ts'

const ends = (sourceX: number, sourceY: number, targetX: number, targetY: number) => ({
  sourceX,
  sourceY,
  sourcePosition: Position.Right,
  targetX,
  targetY,
  targetPosition: Position.Left,
})

describe('edgePath', () => {
  test('is a curve in reading direction, with its middle between the ends', () => {
    const [path, x, y] = edgePath(ends(0, 0, 200, 100))
    expect(path).toMatch(/^M0,0 C/)
    expect([x, y]).toEqual([100, 50])
  })

  test('runs through the gap above the next row where it leads back to it', () => {
    const [path, x, y] = edgePath(ends(3_000, 24, 0, 224))
    expect(path).not.toContain('C')
    expect([x, y]).toEqual([1_500, 168])
  })

  test('stays a curve where it leads back without a row in between', () => {
    expect(edgePath(ends(300, 0, 0, 10))[0]).toContain('C')
    expect(edgePath(ends(300, 500, 0, 10))[0]).toContain('C')
  })
})
