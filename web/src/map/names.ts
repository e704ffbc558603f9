// Every source and layer of the map, named in one place.
export const SOURCES = {
  county: "county",
  townships: "townships",
  neighbours: "neighbours",
  stations: "stations",
  alarms: "alarms",
  people: "people",
  chosen: "chosen",
  area: "area",
} as const;

export const LAYERS = {
  stations: "stations",
  rings: "alarm-rings",
  marks: "alarm-marks",
  clusterRings: "cluster-rings",
  clusterMarks: "cluster-marks",
  people: "people",
  peopleNames: "people-names",
  helpRings: "help-rings",
  help: "help-marks",
} as const;
