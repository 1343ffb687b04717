const conversation = {};

export default conversation;
