const figures = {};

export default figures;
