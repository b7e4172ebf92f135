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

describe('edgePath with bend points', () => {
  const around = [
    { x: 40, y: 0 },
    { x: 40, y: -100 },
    { x: 160, y: -100 },
    { x: 160, y: 0 },
  ]

  test('is a line through them with round corners, and its middle lies on it', () => {
    const [path, x, y] = edgePath(ends(0, 0, 200, 0), around)
    expect(path).toBe(
      'M0,0 L24,0 Q40,0 40,-16 L40,-84 Q40,-100 56,-100 L144,-100 Q160,-100 160,-84 L160,-16 Q160,0 176,0 L200,0',
    )
    expect([x, y]).toEqual([100, -100])
  })

  test('leaves and arrives level where ports have moved on their cards', () => {
    const [path] = edgePath(ends(0, 28, 200, -10), around)
    expect(path).toMatch(/^M0,28 L24,28 Q40,28 40,12 /)
    expect(path).toMatch(/Q160,-10 176,-10 L200,-10$/)
  })

  test('keeps points that are far from the ports, and one alone', () => {
    expect(edgePath(ends(0, 500, 200, 0), around)[0]).toContain('Q40,0 ')
    expect(edgePath(ends(0, 0, 200, 0), [{ x: 100, y: 60 }])[0]).toMatch(/^M0,0 L\S+ Q100,60 \S+ L200,0$/)
  })

  test('accepts two points at the same position', () => {
    const [path] = edgePath(ends(0, 0, 200, 0), [
      { x: 100, y: 60 },
      { x: 100, y: 60 },
    ])
    expect(path).not.toContain('NaN')
  })
})
