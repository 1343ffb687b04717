const responses = {};

export default responses;
