const team = {};

export default team;
