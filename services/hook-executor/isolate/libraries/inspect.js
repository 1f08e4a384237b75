export { format, formatWithOptions, inspect, stripVTControlCharacters } from 'node-inspect-extracted';
