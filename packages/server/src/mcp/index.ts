export { createMcpServer, type McpServer, type McpServerOptions } from './mcp-server.ts'
