export {
  type ConnectorTest,
  type ConnectorTestOptions,
  type SimulatedReply,
  type SimulatedRequest,
  type SimulatedRoute,
  testConnector,
} from './test-connector.ts'
