const oneself = {};

export default oneself;
